import type { Readable } from 'node:stream';
import { interval, type Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { csv, text } from '../../src/formats.ts';
import { deadLetters, from } from '../../src/from.ts';
import type { DeadLetter } from '../../src/interfaces/failure.ts';
import type { Operator } from '../../src/interfaces/operator.ts';
import { toArray } from '../../src/io/memory/to-array.ts';
import { type Flow, otherwise } from '../../src/processing/graph/flow.ts';
import { concat, merge, zip } from '../../src/processing/graph/join.ts';
import { batch } from '../../src/processing/operators/batch.ts';
import { filter } from '../../src/processing/operators/filter.ts';
import { flatMap } from '../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../src/processing/operators/flat-map-async.ts';
import { map } from '../../src/processing/operators/map.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { scan } from '../../src/processing/operators/scan.ts';
import { tap } from '../../src/processing/operators/tap.ts';
import { validate } from '../../src/processing/operators/validate.ts';

interface Cat {
  readonly kind: 'cat';
  readonly lives: number;
}

interface Dog {
  readonly kind: 'dog';
  readonly tricks: readonly string[];
}

type Pet = Cat | Dog;

declare const pets: readonly Pet[];
declare function petsAfter(kind?: Pet['kind']): AsyncIterable<Pet>;

function isCat(pet: Pet): pet is Cat {
  return pet.kind === 'cat';
}

/** Types only: what stands here is compiled, not run. */
function typesOnly(_work: () => void): void {}

test('from takes its record from what it is given', () => {
  typesOnly(() => {
    expectTypeOf(from([1, 2])).toEqualTypeOf<Flow<number>>();
    expectTypeOf(from(new Set(['a']))).toEqualTypeOf<Flow<string>>();
    expectTypeOf(from(Promise.resolve(true))).toEqualTypeOf<Flow<boolean>>();
    expectTypeOf(from(new ReadableStream<Pet>())).toEqualTypeOf<Flow<Pet>>();
    expectTypeOf(
      from(
        (async function* () {
          yield 7 as number;
        })(),
      ),
    ).toEqualTypeOf<Flow<number>>();
  });
});

test('from asks for an overflow strategy where the source cannot be held back, and only there', () => {
  typesOnly(() => {
    expectTypeOf(from(interval(1), { overflow: 'latest' })).toEqualTypeOf<Flow<number>>();
    expectTypeOf(from(interval(1), { overflow: 'fail' })).toEqualTypeOf<Flow<number>>();
    expectTypeOf(
      from(petsAfter(), {
        position: (last) => {
          expectTypeOf(last).toEqualTypeOf<Pet>();
          return last.kind;
        },
        resume: (kind) => {
          expectTypeOf(kind).toEqualTypeOf<Pet['kind']>();
          return petsAfter(kind);
        },
      }),
    ).toEqualTypeOf<Flow<Pet>>();
    expectTypeOf(
      from(interval(1), {
        overflow: 'latest',
        position: (last) => {
          expectTypeOf(last).toEqualTypeOf<number>();
          return { last };
        },
        resume: (at) => {
          expectTypeOf(at).toEqualTypeOf<{ last: number }>();
          return interval(at.last);
        },
      }),
    ).toEqualTypeOf<Flow<number>>();
    // @ts-expect-error: one of position and resume is of no use without the other
    from(petsAfter(), { position: (last: Pet) => last.kind });
    expectTypeOf(from(interval(1), { overflow: 'buffer', size: 5 })).toEqualTypeOf<Flow<number>>();
    // @ts-expect-error an Observable needs a strategy
    from(interval(1));
    // @ts-expect-error a buffer needs a size
    from(interval(1), { overflow: 'buffer' });
    // @ts-expect-error there is no such strategy
    from(interval(1), { overflow: 'drop', size: 5 });
    // @ts-expect-error what can be held back has no use for one
    from([1], { overflow: 'latest' });
  });
});

test('pipe infers through every operator, without a type being written', () => {
  typesOnly(() => {
    const flow = from(pets).pipe(
      tap((pet) => expectTypeOf(pet).toEqualTypeOf<Pet>()),
      filter(isCat),
      map((cat) => {
        expectTypeOf(cat).toEqualTypeOf<Cat>();
        return { ...cat, name: 'Tom' };
      }),
      mapAsync(async ({ name, lives }) => [name, lives] as const),
      flatMap(([name, lives]) => {
        expectTypeOf(name).toEqualTypeOf<string>();
        return Array.from({ length: lives }, () => name);
      }),
      scan((sum, name) => sum + name.length, 0),
      batch(10),
    );
    expectTypeOf(flow).toEqualTypeOf<Flow<number[]>>();
  });
});

test('pipe narrows by a guard written in place, and keeps the type without one', () => {
  typesOnly(() => {
    expectTypeOf(from([1, undefined]).pipe(filter((n) => n !== undefined))).toEqualTypeOf<Flow<number>>();
    expectTypeOf(from(pets).pipe(filter((pet) => pet.kind.length > 2))).toEqualTypeOf<Flow<Pet>>();
  });
});

test('validate gives what the schema makes', () => {
  typesOnly(() => {
    const Order = z.object({ id: z.coerce.number(), note: z.string().optional() });
    expectTypeOf(from<unknown>([]).pipe(validate(Order))).toEqualTypeOf<Flow<z.output<typeof Order>>>();
    expectTypeOf(
      from([{ id: '7' }]).pipe(
        validate(Order),
        map(({ id }) => id),
      ),
    ).toEqualTypeOf<Flow<number>>();
    expectTypeOf(from([1]).pipe(validate<{ n: number }>({ type: 'object' }))).toEqualTypeOf<
      Flow<{ n: number }>
    >();
  });
});

test('flatMapAsync gives the records of whatever is iterated', () => {
  typesOnly(() => {
    expectTypeOf(
      from([1]).pipe(
        flatMapAsync(async function* (n) {
          yield `${n}`;
        }),
      ),
    ).toEqualTypeOf<Flow<string>>();
    expectTypeOf(from([1]).pipe(flatMapAsync(async (n) => [n, n]))).toEqualTypeOf<Flow<number>>();
  });
});

test('pipe refuses operators that do not fit together', () => {
  typesOnly(() => {
    const shout = map((text: string) => text.toUpperCase());
    const half = map((n: number) => n / 2);
    // @ts-expect-error numbers are no texts
    from([1]).pipe(shout);
    // @ts-expect-error nor further down
    from(['a']).pipe(shout, half);
    // @ts-expect-error a function is no operator
    from([1]).pipe((n: number) => n);
  });
});

test('an operator for something wider is taken for something narrower', () => {
  typesOnly(() => {
    const count: Operator<unknown, number> = scan((sum) => sum + 1, 0);
    expectTypeOf(from(['a']).pipe(count)).toEqualTypeOf<Flow<number>>();
  });
});

test('split gives each route the type that its predicate proves', () => {
  typesOnly(() => {
    const routes = from(pets).split({
      cats: isCat,
      long: (pet) => pet.kind.length > 3,
      rest: otherwise,
    });
    expectTypeOf(routes.cats).toEqualTypeOf<Flow<Cat>>();
    expectTypeOf(routes.long).toEqualTypeOf<Flow<Pet>>();
    expectTypeOf(routes.rest).toEqualTypeOf<Flow<Pet>>();
    expectTypeOf<keyof typeof routes>().toEqualTypeOf<'cats' | 'long' | 'rest'>();
    // @ts-expect-error there is no such route
    routes.dogs;
    // @ts-expect-error the predicate takes pets
    from(pets).split({ bad: (n: number) => n > 1 });
  });
});

test('rows of csv have the types of their columns', () => {
  typesOnly(() => {
    expectTypeOf(csv.read('a.csv')).toEqualTypeOf<Flow<Record<string, string>>>();
    expectTypeOf(csv.read('a.csv', { header: false })).toEqualTypeOf<Flow<string[]>>();
    csv.read('a.csv', { types: { id: 'int', at: 'date', name: 'string', big: 'bigint' } }).pipe(
      map((row) => {
        expectTypeOf(row.id).toEqualTypeOf<number | null>();
        expectTypeOf(row.at).toEqualTypeOf<Date | null>();
        expectTypeOf(row.name).toEqualTypeOf<string>();
        expectTypeOf(row.big).toEqualTypeOf<bigint | null>();
        expectTypeOf(row['other']).toEqualTypeOf<string | number | bigint | Date | null | undefined>();
      }),
    );
    expectTypeOf(csv.read<Pet>('a.csv', { types: { age: 'int' } })).toEqualTypeOf<Flow<Pet>>();
    expectTypeOf(csv.read<Pet>('a.csv', { types: 'infer' })).toEqualTypeOf<Flow<Pet>>();
    expectTypeOf(csv.read('a.csv', { columns: ['a'] })).toEqualTypeOf<Flow<Record<string, string>>>();
    // @ts-expect-error there is no such type
    csv.read('a.csv', { types: { id: 'integer' } });
  });
});

test('text has the types of what is asked of it', () => {
  typesOnly(() => {
    expectTypeOf(text.read('a.log')).toEqualTypeOf<Flow<string>>();
    expectTypeOf(text.read('a.log', { start: /^x/ })).toEqualTypeOf<Flow<string>>();
    expectTypeOf(text.read('a.log', { fields: /(?<a>.)/ })).toEqualTypeOf<Flow<Record<string, string>>>();
    expectTypeOf(text.read<Pet>('a.log', { fields: /(?<a>.)/ })).toEqualTypeOf<Flow<Pet>>();
  });
});

test('joins have the types of their flows', () => {
  typesOnly(() => {
    const [numbers, texts] = [from([1]), from(['a'])];
    expectTypeOf(merge(numbers, texts)).toEqualTypeOf<Flow<number | string>>();
    expectTypeOf(concat(numbers, texts)).toEqualTypeOf<Flow<number | string>>();
    expectTypeOf(zip(numbers, texts, numbers)).toEqualTypeOf<Flow<[number, string, number]>>();
    expectTypeOf(merge(...[numbers, numbers])).toEqualTypeOf<Flow<number>>();
  });
});

test('to takes what can take the records', () => {
  typesOnly(() => {
    from([1]).to(toArray<number>());
    from([1]).to(toArray<number | string>());
    from([1]).to(new WritableStream<number>());
    // @ts-expect-error a writer of texts takes no numbers
    from([1]).to(toArray<string>());
    // @ts-expect-error a flow is no output
    from([1]).to(from([1]));
  });
});

test('dead letters are a flow of dead letters', () => {
  typesOnly(() => {
    expectTypeOf(deadLetters().pipe(map((letter) => letter))).toEqualTypeOf<Flow<DeadLetter>>();
  });
});

test('the ways out have the type of the flow', () => {
  typesOnly(() => {
    const flow = from([1]).as('numbers');
    expectTypeOf(flow.observe()).toEqualTypeOf<Observable<number>>();
    expectTypeOf(flow.toReadable()).toEqualTypeOf<Readable>();
    expectTypeOf(flow[Symbol.asyncIterator]().next()).resolves.toEqualTypeOf<
      IteratorResult<number, undefined>
    >();
  });
});
