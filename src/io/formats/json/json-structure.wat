;; Follows the structure of JSON in UTF-8 bytes, 64 bytes a step, one bit a byte.
;;
;; A quote toggles whether what follows is a string: the prefix XOR of the quotes' bits is the mask of
;; the strings. Outside of them, brackets change the depth and are matched. At depth 0, behind a comma
;; and behind an object or array is a cut, and the bracket $closer is the end. Steps without brackets at
;; other depths are passed over. Where a backslash comes, which may escape a quote, the 64 bytes are taken
;; one by one, as the last few are.
;;
;; Memory, in bytes:
;;        0  i32 depth, before and after
;;        4  i32 0 outside of strings, 1 within one, 3 behind a backslash in one: before and after
;;        8  i32 byte behind the last cut, or -1
;;       12  i32 line feeds in the bytes that were passed
;;       16  i32 why it stopped: 0 at $to, 1 at the end, 2 at a bracket that does not match or is too deep
;;       64  the bracket that closes each level, outermost first
;;    65536  the text: up to 64 KiB
(module
  (memory (export "memory") 2 2)

  (global $depth (mut i32) (i32.const 0))
  (global $string (mut i32) (i32.const 0))
  (global $cut (mut i32) (i32.const -1))

  (func $join (param $a v128) (param $b v128) (param $c v128) (param $d v128) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (local.get $a)))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $b))) (i64.const 16)))
      (i64.or
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $c))) (i64.const 32))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $d))) (i64.const 48)))))

  ;; Bit n of the result is the XOR of the bits 0 to n.
  (func $prefixXor (param $bits i64) (result i64)
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 1))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 2))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 4))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 8))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 16))))
    (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 32))))

  ;; Takes a comma or bracket at $at outside of strings; gives why to stop there, else 0.
  (func $mark (param $at i32) (param $byte i32) (param $maxDepth i32) (param $closer i32) (result i32)
    (local $folded i32)
    (local.set $folded (i32.or (local.get $byte) (i32.const 32)))
    (if (i32.eq (local.get $folded) (i32.const 123)) ;; [ or {
      (then
        (if (i32.ge_u (global.get $depth) (local.get $maxDepth)) (then (return (i32.const 2))))
        (i32.store8 offset=64 (global.get $depth) (i32.add (local.get $byte) (i32.const 2)))
        (global.set $depth (i32.add (global.get $depth) (i32.const 1))))
      (else
        (if (i32.eq (local.get $folded) (i32.const 125)) ;; ] or }
          (then
            (if (i32.eqz (global.get $depth))
              (then
                (return (select (i32.const 1) (i32.const 2) (i32.eq (local.get $byte) (local.get $closer))))))
            (if (i32.ne
                  (i32.load8_u offset=63 (global.get $depth))
                  (local.get $byte))
              (then (return (i32.const 2))))
            (global.set $depth (i32.sub (global.get $depth) (i32.const 1)))
            (if (i32.eqz (global.get $depth))
              (then (global.set $cut (i32.add (local.get $at) (i32.const 1))))))
          (else
            (if (i32.and (i32.eqz (global.get $depth)) (i32.eq (local.get $byte) (i32.const 44)))
              (then (global.set $cut (i32.add (local.get $at) (i32.const 1)))))))))
    (i32.const 0))

  ;; Scans from byte $from to byte $to of the text; gives the byte at which it stopped.
  (func (export "scan") (param $from i32) (param $to i32) (param $maxDepth i32) (param $closer i32) (result i32)
    (local $at i32) (local $last i32) (local $byte i32) (local $stop i32) (local $lines i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $within i64)      ;; the strings, opening quotes included
    (local $marks i64)
    (local $brackets i64)
    (global.set $depth (i32.load (i32.const 0)))
    (global.set $string (i32.load (i32.const 4)))
    (global.set $cut (i32.const -1))
    (local.set $at (local.get $from))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $to)))
      (local.set $last (local.get $to))
      (if (i32.ge_u (i32.sub (local.get $to) (local.get $at)) (i32.const 64))
        (then
          (local.set $last (i32.add (local.get $at) (i32.const 64)))
          (local.set $a (v128.load offset=65536 (local.get $at)))
          (local.set $b (v128.load offset=65552 (local.get $at)))
          (local.set $c (v128.load offset=65568 (local.get $at)))
          (local.set $d (v128.load offset=65584 (local.get $at)))
          (if (i32.eqz
                (i32.or
                  (i32.eq (global.get $string) (i32.const 3))
                  (v128.any_true
                    (v128.or
                      (v128.or
                        (i8x16.eq (local.get $a) (i8x16.splat (i32.const 92)))
                        (i8x16.eq (local.get $b) (i8x16.splat (i32.const 92))))
                      (v128.or
                        (i8x16.eq (local.get $c) (i8x16.splat (i32.const 92)))
                        (i8x16.eq (local.get $d) (i8x16.splat (i32.const 92))))))))
            (then
              (local.set $within
                (i64.xor
                  (call $prefixXor
                    (call $join
                      (i8x16.eq (local.get $a) (i8x16.splat (i32.const 34)))
                      (i8x16.eq (local.get $b) (i8x16.splat (i32.const 34)))
                      (i8x16.eq (local.get $c) (i8x16.splat (i32.const 34)))
                      (i8x16.eq (local.get $d) (i8x16.splat (i32.const 34)))))
                  (i64.sub (i64.const 0) (i64.extend_i32_u (global.get $string)))))
              (global.set $string (i32.wrap_i64 (i64.shr_u (local.get $within) (i64.const 63))))
              ;; Without three of their bits, [ ] { } are the same, and so are Y _ y DEL, which $mark passes over.
              (local.set $brackets
                (i64.and
                  (i64.xor (local.get $within) (i64.const -1))
                  (call $join
                    (i8x16.eq
                      (v128.and (local.get $a) (i8x16.splat (i32.const 0xd9)))
                      (i8x16.splat (i32.const 0x59)))
                    (i8x16.eq
                      (v128.and (local.get $b) (i8x16.splat (i32.const 0xd9)))
                      (i8x16.splat (i32.const 0x59)))
                    (i8x16.eq
                      (v128.and (local.get $c) (i8x16.splat (i32.const 0xd9)))
                      (i8x16.splat (i32.const 0x59)))
                    (i8x16.eq
                      (v128.and (local.get $d) (i8x16.splat (i32.const 0xd9)))
                      (i8x16.splat (i32.const 0x59))))))
              (local.set $marks (i64.const 0))
              (if (i32.or
                    (i32.eqz (global.get $depth))
                    (i64.ne (local.get $brackets) (i64.const 0)))
                (then
                  (local.set $marks
                    (i64.or
                      (local.get $brackets)
                      (i64.and
                        (i64.xor (local.get $within) (i64.const -1))
                        (call $join
                          (i8x16.eq (local.get $a) (i8x16.splat (i32.const 44)))
                          (i8x16.eq (local.get $b) (i8x16.splat (i32.const 44)))
                          (i8x16.eq (local.get $c) (i8x16.splat (i32.const 44)))
                          (i8x16.eq (local.get $d) (i8x16.splat (i32.const 44)))))))))
              (block $none (loop $more
                (br_if $none (i64.eqz (local.get $marks)))
                (local.set $byte (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $marks)))))
                (local.set $stop
                  (call $mark
                    (local.get $byte)
                    (i32.load8_u offset=65536 (local.get $byte))
                    (local.get $maxDepth)
                    (local.get $closer)))
                (if (local.get $stop)
                  (then
                    ;; The line feeds before it are counted one by one.
                    (local.set $last (local.get $byte))
                    (global.set $string (i32.const 0))
                    (br $none)))
                (local.set $marks (i64.and (local.get $marks) (i64.sub (local.get $marks) (i64.const 1))))
                (br $more)))
              (if (i32.eqz (local.get $stop))
                (then
                  (local.set $lines
                    (i32.add
                      (local.get $lines)
                      (i32.wrap_i64
                        (i64.popcnt
                          (call $join
                            (i8x16.eq (local.get $a) (i8x16.splat (i32.const 10)))
                            (i8x16.eq (local.get $b) (i8x16.splat (i32.const 10)))
                            (i8x16.eq (local.get $c) (i8x16.splat (i32.const 10)))
                            (i8x16.eq (local.get $d) (i8x16.splat (i32.const 10))))))))
                  (local.set $at (local.get $last))
                  (br $next)))))))
      (block $end (loop $one
        (br_if $end (i32.ge_u (local.get $at) (local.get $last)))
        (local.set $byte (i32.load8_u offset=65536 (local.get $at)))
        (if (i32.eq (local.get $byte) (i32.const 10))
          (then (local.set $lines (i32.add (local.get $lines) (i32.const 1)))))
        (if (i32.eqz (local.get $stop))
          (then
            (if (global.get $string)
              (then
                (if (i32.eq (global.get $string) (i32.const 3))
                  (then (global.set $string (i32.const 1)))
                  (else
                    (if (i32.eq (local.get $byte) (i32.const 92))
                      (then (global.set $string (i32.const 3)))
                      (else
                        (if (i32.eq (local.get $byte) (i32.const 34))
                          (then (global.set $string (i32.const 0)))))))))
              (else
                (if (i32.eq (local.get $byte) (i32.const 34))
                  (then (global.set $string (i32.const 1)))
                  (else
                    (local.set $stop
                      (call $mark
                        (local.get $at) (local.get $byte) (local.get $maxDepth) (local.get $closer)))
                    (br_if $end (local.get $stop))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $one)))
      (br_if $done (local.get $stop))
      (br $next)))
    (i32.store (i32.const 0) (global.get $depth))
    (i32.store (i32.const 4) (global.get $string))
    (i32.store (i32.const 8) (global.get $cut))
    (i32.store (i32.const 12) (local.get $lines))
    (i32.store (i32.const 16) (local.get $stop))
    (local.get $at)))
