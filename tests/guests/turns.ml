(* SPDX-License-Identifier: GPL-2.0-or-later *)
(* An OCaml guest program that spends known shares of its CPU time in three kinds of work: numbers,
   the standard library with closures, and the collector with C behind it. Usage and output as of
   shares.c: turns SECONDS. *)

let sink = ref 1

let rec mix x rounds = if rounds = 0 then x else mix ((x * 2862933555777941757) + 3037000493) (rounds - 1)

let numbers () = sink := mix !sink 1_000_000
[@@inline never]

(* Not List.init, whose stack is as deep as the list is long. *)
let rec fill list n = if n = 0 then list else fill (((n * 7919) land 4095) :: list) (n - 1)

let lists () =
  let sorted = List.sort compare (fill [] 5000) in
  sink := List.fold_left (fun sum x -> sum + x) !sink sorted
[@@inline never]

let strings () =
  let buffer = Buffer.create 16 in
  for i = 1 to 5000 do
    Buffer.add_string buffer (Printf.sprintf "%d," i)
  done;
  sink := !sink + Buffer.length buffer
[@@inline never]

let phases = [| ("numbers", 50.0, numbers); ("lists", 30.0, lists); ("strings", 20.0, strings) |]

let spent = Array.make (Array.length phases) 0.0

(* Give each phase what it lacks of its share of so many seconds. *)
let run_round total =
  Array.iteri
    (fun i (_, percent, run) ->
      while spent.(i) < total /. 100.0 *. percent do
        let start = Sys.time () in
        run ();
        spent.(i) <- spent.(i) +. (Sys.time () -. start)
      done)
    phases

let () =
  let seconds = if Array.length Sys.argv > 1 then float_of_string Sys.argv.(1) else 10.0 in
  let round = ref 1.0 in
  while Sys.time () < seconds do
    run_round (!round *. 0.1);
    round := !round +. 1.0
  done;
  let total = Array.fold_left ( +. ) 0.0 spent in
  Array.iteri
    (fun i (name, _, _) -> Printf.printf "%s %.2f Turns.%s\n" name (100.0 *. spent.(i) /. total) name)
    phases
