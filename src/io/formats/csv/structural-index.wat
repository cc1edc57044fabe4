;; Finds the fields and rows of CSV in UTF-8 bytes, 64 bytes a step, one bit a byte.
;;
;; A quote toggles whether what follows is quoted: the prefix XOR of the quotes' bits is the mask of
;; the quoted bytes, doubled quotes included. Delimiters and line ends outside of it end fields. That
;; is right as long as quotes open at the start of a field and are followed by its end: the scan stops
;; where they do not, and JavaScript reads that row.
;;
;; Positions are indices of UTF-16 code units: from the byte's offset, bytes that continue a character
;; are taken off, and one is put on for each character of four bytes, which is two units long.
;;
;; Memory, in bytes:
;;        0  i32 byte behind the last row that ended
;;        4  i32 line ends within quotes before that byte
;;        8  i32 byte at which the scan stopped
;;      128  the text: up to 256 KiB, and 64 bytes that are read beyond it and not looked at
;;   262400  i32 ends of the fields: 64 Ki, and 64 that are written beyond them
;;   524800  two i32 for each row: 2 * the fields up to its end + 1 if it has a quote; the index behind it
(module
  (memory (export "memory") 17 17)

  ;; One bit for each of the 64 bytes at $at that equals $byte, which stands in every lane.
  (func $equal (param $at i32) (param $byte v128) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (local.get $byte))))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (v128.load offset=16 (local.get $at)) (local.get $byte))))
          (i64.const 16)))
      (i64.or
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (v128.load offset=32 (local.get $at)) (local.get $byte))))
          (i64.const 32))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (v128.load offset=48 (local.get $at)) (local.get $byte))))
          (i64.const 48)))))

  ;; One bit for each of the 64 bytes at $at that continues a character: 80 to BF.
  (func $continuing (param $at i32) (result i64)
    (local $limit v128)
    (local.set $limit (i8x16.splat (i32.const -64)))
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (i8x16.lt_s (v128.load (local.get $at)) (local.get $limit))))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.lt_s (v128.load offset=16 (local.get $at)) (local.get $limit))))
          (i64.const 16)))
      (i64.or
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.lt_s (v128.load offset=32 (local.get $at)) (local.get $limit))))
          (i64.const 32))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.lt_s (v128.load offset=48 (local.get $at)) (local.get $limit))))
          (i64.const 48)))))

  ;; One bit for each of the 64 bytes at $at that begins a character of four bytes: F0 and above.
  (func $astral (param $at i32) (result i64)
    (local $least v128)
    (local.set $least (i8x16.splat (i32.const 0xf0)))
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (i8x16.ge_u (v128.load (local.get $at)) (local.get $least))))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.ge_u (v128.load offset=16 (local.get $at)) (local.get $least))))
          (i64.const 16)))
      (i64.or
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.ge_u (v128.load offset=32 (local.get $at)) (local.get $least))))
          (i64.const 32))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.ge_u (v128.load offset=48 (local.get $at)) (local.get $least))))
          (i64.const 48)))))

  (func $isAscii (param $at i32) (result i32)
    (i32.eqz
      (i8x16.bitmask
        (v128.or
          (v128.or (v128.load (local.get $at)) (v128.load offset=16 (local.get $at)))
          (v128.or (v128.load offset=32 (local.get $at)) (v128.load offset=48 (local.get $at)))))))

  ;; Bit n of the result is the XOR of the bits 0 to n.
  (func $prefixXor (param $bits i64) (result i64)
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 1))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 2))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 4))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 8))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 16))))
    (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 32))))

  ;; Index of the code unit that the byte at bit $bit of the 64 at $at begins with.
  (func $index
    (param $base i32) (param $bit i64) (param $continuing i64) (param $astral i64) (result i32)
    (local $before i64)
    (local.set $before (i64.sub (i64.shl (i64.const 1) (local.get $bit)) (i64.const 1)))
    (i32.sub
      (i32.add (local.get $base) (i32.wrap_i64 (local.get $bit)))
      (i32.wrap_i64
        (i64.sub
          (i64.popcnt (i64.and (local.get $continuing) (local.get $before)))
          (i64.popcnt (i64.and (local.get $astral) (local.get $before)))))))

  ;; Indexes the text from byte $from, where a row begins, to byte $to; $index is the index of the first
  ;; code unit. Gives the number of rows that ended. It stops before $to where a quote is odd, or when
  ;; there is no room for more fields. Line ends of 10 take a carriage return before them along.
  (func (export "scan")
    (param $from i32) (param $to i32) (param $index i32)
    (param $delimiter i32) (param $quote i32) (param $newline i32)
    (result i32)
    (local $delimiters v128) (local $quotes v128) (local $newlines v128)
    (local $at i32)          ;; offset of the 64 bytes in the text
    (local $base i32)        ;; index of their first code unit
    (local $out i32) (local $row i32) (local $fields i32)
    (local $d i64) (local $q i64) (local $n i64) (local $cr i64)
    (local $ends i64)        ;; what ends a field
    (local $inside i64)      ;; what is quoted, opening quotes included
    (local $after i64) (local $afterCr i64) (local $odd i64)
    (local $continuing i64) (local $astral i64)
    (local $quoted i64)      ;; -1 while the text before the 64 bytes ends within quotes, else 0
    (local $opens i64)       ;; 1 if a quote may open at the first of the 64 bytes
    (local $closed i64)      ;; 1 if the byte before the 64 closes a quote
    (local $closedCr i64)    ;; 1 if a carriage return behind a closing quote comes before the 64 bytes
    (local $rowQuoted i32) (local $quotedLines i32)
    (local $bit i64) (local $below i64) (local $end i32) (local $count i32)
    (local.set $delimiters (i8x16.splat (local.get $delimiter)))
    (local.set $quotes (i8x16.splat (local.get $quote)))
    (local.set $newlines (i8x16.splat (local.get $newline)))
    (local.set $at (local.get $from))
    (local.set $base (local.get $index))
    (local.set $out (i32.const 262400))
    (local.set $row (i32.const 524800))
    (local.set $opens (i64.const 1))
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (i32.const 0))
    (block $stop (loop $next
      (br_if $stop (i32.ge_u (local.get $at) (local.get $to)))
      (br_if $stop (i32.ge_u (local.get $out) (i32.const 524544)))
      (local.set $d (call $equal (i32.add (local.get $at) (i32.const 128)) (local.get $delimiters)))
      (local.set $q (call $equal (i32.add (local.get $at) (i32.const 128)) (local.get $quotes)))
      (local.set $n (call $equal (i32.add (local.get $at) (i32.const 128)) (local.get $newlines)))
      (local.set $below (i64.const -1))
      (if (i32.lt_u (i32.sub (local.get $to) (local.get $at)) (i32.const 64))
        (then
          (local.set $below
            (i64.sub
              (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $to) (local.get $at))))
              (i64.const 1)))
          (local.set $d (i64.and (local.get $d) (local.get $below)))
          (local.set $q (i64.and (local.get $q) (local.get $below)))
          (local.set $n (i64.and (local.get $n) (local.get $below)))))
      (local.set $ends (i64.or (local.get $d) (local.get $n)))
      (local.set $inside (i64.const 0))
      (local.set $odd (i64.const 0))
      (if (i64.ne
            (i64.or (i64.or (local.get $q) (local.get $quoted)) (i64.or (local.get $closed) (local.get $closedCr)))
            (i64.const 0))
        (then
          (local.set $cr
            (i64.and
              (call $equal (i32.add (local.get $at) (i32.const 128)) (i8x16.splat (i32.const 13)))
              (i64.xor (local.get $n) (i64.const -1))))
          (local.set $inside (i64.xor (call $prefixXor (local.get $q)) (local.get $quoted)))
          (local.set $after
            (i64.or
              (i64.shl
                (i64.and (local.get $q) (i64.xor (local.get $inside) (i64.const -1)))
                (i64.const 1))
              (local.get $closed)))
          (local.set $afterCr
            (i64.or
              (i64.shl (i64.and (local.get $after) (local.get $cr)) (i64.const 1))
              (local.get $closedCr)))
          ;; Odd are quotes that open within a field, and what follows one that closes but ends no field.
          (local.set $odd
            (i64.and
              (local.get $below)
              (i64.or
                (i64.and
                  (i64.and (local.get $q) (local.get $inside))
                  (i64.xor
                    (i64.or
                      (i64.shl (i64.or (local.get $ends) (local.get $q)) (i64.const 1))
                      (local.get $opens))
                    (i64.const -1)))
                (i64.or
                  (i64.and
                    (local.get $after)
                    (i64.xor
                      (i64.or (i64.or (local.get $ends) (local.get $q)) (local.get $cr))
                      (i64.const -1)))
                  (i64.and (local.get $afterCr) (i64.xor (local.get $n) (i64.const -1)))))))
          (local.set $closed
            (i64.shr_u
              (i64.and (local.get $q) (i64.xor (local.get $inside) (i64.const -1)))
              (i64.const 63)))
          (local.set $closedCr
            (i64.shr_u (i64.and (local.get $after) (local.get $cr)) (i64.const 63)))
          (local.set $quoted (i64.shr_s (local.get $inside) (i64.const 63)))))
      (local.set $opens (i64.shr_u (i64.or (local.get $ends) (local.get $q)) (i64.const 63)))
      (local.set $ends (i64.and (local.get $ends) (i64.xor (local.get $inside) (i64.const -1))))
      (if (i64.ne (local.get $odd) (i64.const 0))
        (then
          (local.set $ends
            (i64.and
              (local.get $ends)
              (i64.sub
                (i64.and (local.get $odd) (i64.sub (i64.const 0) (local.get $odd)))
                (i64.const 1))))))
      (local.set $count (i32.wrap_i64 (i64.popcnt (local.get $ends))))
      (local.set $end (local.get $out))
      (local.set $bit (local.get $ends))
      (if (call $isAscii (i32.add (local.get $at) (i32.const 128)))
        (then
          (local.set $continuing (i64.const 0))
          (local.set $astral (i64.const 0))
          (block $none (loop $more
            (br_if $none (i64.eqz (local.get $bit)))
            (i32.store
              (local.get $end)
              (i32.add (local.get $base) (i32.wrap_i64 (i64.ctz (local.get $bit)))))
            (local.set $end (i32.add (local.get $end) (i32.const 4)))
            (local.set $bit (i64.and (local.get $bit) (i64.sub (local.get $bit) (i64.const 1))))
            (br $more))))
        (else
          (local.set $continuing (call $continuing (i32.add (local.get $at) (i32.const 128))))
          (local.set $astral (call $astral (i32.add (local.get $at) (i32.const 128))))
          (block $none (loop $more
            (br_if $none (i64.eqz (local.get $bit)))
            (i32.store
              (local.get $end)
              (call $index
                (local.get $base) (i64.ctz (local.get $bit)) (local.get $continuing) (local.get $astral)))
            (local.set $end (i32.add (local.get $end) (i32.const 4)))
            (local.set $bit (i64.and (local.get $bit) (i64.sub (local.get $bit) (i64.const 1))))
            (br $more)))))
      ;; $after: the line ends among the ends of fields.
      (local.set $after (i64.and (local.get $ends) (local.get $n)))
      (block $none (loop $more
        (br_if $none (i64.eqz (local.get $after)))
        (local.set $bit (i64.ctz (local.get $after)))
        (local.set $below (i64.sub (i64.shl (i64.const 1) (local.get $bit)) (i64.const 1)))
        (local.set $fields (i32.wrap_i64 (i64.popcnt (i64.and (local.get $ends) (local.get $below)))))
        (local.set $end (i32.add (local.get $out) (i32.shl (local.get $fields) (i32.const 2))))
        (if (i64.ne (i64.and (local.get $q) (local.get $below)) (i64.const 0))
          (then (local.set $rowQuoted (i32.const 1))))
        (i32.store
          (local.get $row)
          (i32.or
            (i32.shr_u (i32.sub (local.get $end) (i32.const 262396)) (i32.const 1))
            (local.get $rowQuoted)))
        (i32.store offset=4 (local.get $row) (i32.add (i32.load (local.get $end)) (i32.const 1)))
        (local.set $row (i32.add (local.get $row) (i32.const 8)))
        (local.set $rowQuoted (i32.const 0))
        (local.set $q (i64.and (local.get $q) (i64.xor (local.get $below) (i64.const -1))))
        (i32.store
          (i32.const 0)
          (i32.add (i32.add (local.get $at) (i32.wrap_i64 (local.get $bit))) (i32.const 1)))
        (i32.store
          (i32.const 4)
          (i32.add
            (local.get $quotedLines)
            (i32.wrap_i64
              (i64.popcnt (i64.and (i64.and (local.get $n) (local.get $inside)) (local.get $below))))))
        (if (i32.and
              (i32.eq (local.get $newline) (i32.const 10))
              (i32.eq
                (i32.load8_u offset=127 (i32.add (local.get $at) (i32.wrap_i64 (local.get $bit))))
                (i32.const 13)))
          (then
            (i32.store (local.get $end) (i32.sub (i32.load (local.get $end)) (i32.const 1)))))
        (local.set $after (i64.and (local.get $after) (i64.sub (local.get $after) (i64.const 1))))
        (br $more)))
      (br_if $stop (i64.ne (local.get $odd) (i64.const 0)))
      (local.set $rowQuoted (i32.or (local.get $rowQuoted) (i64.ne (local.get $q) (i64.const 0))))
      (local.set $quotedLines
        (i32.add
          (local.get $quotedLines)
          (i32.wrap_i64 (i64.popcnt (i64.and (local.get $n) (local.get $inside))))))
      (local.set $out (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
      (local.set $base
        (i32.sub
          (i32.add (local.get $base) (i32.const 64))
          (i32.wrap_i64
            (i64.sub (i64.popcnt (local.get $continuing)) (i64.popcnt (local.get $astral))))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br $next)))
    (i32.store (i32.const 8) (local.get $at))
    (i32.shr_u (i32.sub (local.get $row) (i32.const 524800)) (i32.const 3))))
