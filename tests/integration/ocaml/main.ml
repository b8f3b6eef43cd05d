(*
 * SPDX-License-Identifier: GPL-2.0-or-later
 * Calls all of it, and C from there.
 *)
let () =
  let c = new Work.counter in
  let t = Sys.time () in
  let n = ref 0 in
  while Sys.time () -. t < 0.2 do
    n := !n + Work.Inner.fib 20 + c#bump 1 + Work.with_local 100;
    n := !n + List.fold_left (+) 0 (List.sort compare (Work.anonymous [3; 1; 2]));
    n := !n + Work.Three.under__score (Work.raises 5) + Work.Inner.Deep.twice Work.prime' 1;
    n := !n + String.length (Printf.sprintf "%d %s" !n (String.concat "," [ "a"; "b" ]));
    (match Work.(Some 1 >>= fun x -> Some (x +! 2)) with Some x -> n := !n + x | None -> ());
    Gc.minor ()
  done;
  print_int !n; print_newline ()
