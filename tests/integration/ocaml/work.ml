(*
 * SPDX-License-Identifier: GPL-2.0-or-later
 * Code of every kind that has a name of its own.
 *)
exception Stop of int
module Inner = struct
  let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)
  module Deep = struct let twice f x = f (f x) end
end
module Make (X : sig val k : int end) = struct
  let scale x = x * X.k
  let under__score x = scale x + 1
end
module Three = Make (struct let k = 3 end)
let ( +! ) a b = a + (2 * b)
let ( >>= ) m f = match m with None -> None | Some x -> f x
let prime' x = x + 1
let _hidden x = prime' x
class counter = object
  val mutable n = 0
  method bump by = n <- n + by; n
end
let with_local n = let rec loop acc i = if i = 0 then acc else loop (acc +! i) (i - 1) in loop 0 n
let anonymous l = List.map (fun x -> x + List.length l) l
let raises n = try if n > 3 then raise (Stop n) else n with Stop k -> k
external length : string -> int = "caml_ml_string_length"
