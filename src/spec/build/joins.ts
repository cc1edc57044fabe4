import { z } from 'zod';
import { type FunctionRole, functionOption, withRole } from '../../core/option-role.ts';
import type { Flow } from '../../processing/graph/flow.ts';
import { asOfJoin } from '../../processing/joins/as-of-join.ts';
import { intervalJoin } from '../../processing/joins/interval-join.ts';
import { join } from '../../processing/joins/join.ts';
import { joinKinds } from '../../processing/joins/join-kinds.ts';
import { windowJoin } from '../../processing/joins/window-join.ts';
import { alignedWindow, TIMES, windowOf } from '../../processing/operators/windows/written-window.ts';

/** A join as data. */
interface JoinForm {
  readonly schema: z.ZodObject;
  readonly create: (left: Flow<unknown>, right: Flow<unknown>, options: never) => Flow<unknown>;
}

const ofRecord = (description: string, gives?: FunctionRole['gives']) => {
  const one = withRole(functionOption(['record'], description), {
    role: 'function',
    takes: ['record'],
    ...(gives && { gives }),
  });
  const schema = z
    .union([one, z.tuple([one, one])])
    .describe(`${description}: one expression for both sides, or a list of two`);
  return withRole(schema, { role: 'function', takes: ['record'], ...(gives && { gives }) });
};

const time = z.union([z.number(), z.string()]);
const merge = functionOption(['left', 'right'], 'Makes one record of a pair', {
  expression: false,
}).optional();
const onError = withRole(z.unknown().optional(), { role: 'policies' }).describe(
  'What happens to a record that fails',
);
const rows = z.int().min(1).optional();

const sides = z.strictObject({
  left: z.string().describe('The name of a flow'),
  right: z.string().describe('The name of a flow'),
  on: ofRecord('What a left and a right record share'),
  merge,
  onError,
});

const timed = sides.extend({
  time: ofRecord('When a record happened', TIMES),
  unit: z.enum(['ms', 's', 'us', 'ns']).optional().describe('What numbers of times are'),
  maxRows: rows.describe('Records of both sides that may be held'),
});

const kind = z.enum(joinKinds).optional().describe('Which records come out');

interface JoinedByWindows {
  readonly window: z.output<typeof alignedWindow>;
}

/** The joins, by their names. */
export const JOINS: Readonly<Record<string, JoinForm>> = {
  join: {
    schema: sides.extend({
      kind,
      build: z.enum(['left', 'right']).optional().describe('Which side is read first and held in memory'),
      maxRows: rows.describe('Records of the build side that may be held'),
      spill: z.boolean().optional().describe('Whether what has no room in memory goes to the disk'),
    }),
    create: join as JoinForm['create'],
  },
  windowJoin: {
    schema: sides.extend({
      kind,
      window: alignedWindow,
      merge: functionOption(['left', 'right', 'window'], 'Makes one record of a pair', {
        expression: false,
      }).optional(),
      maxRows: rows.describe('Records of both sides that may be held'),
    }),
    create: (left, right, { window, ...options }: JoinedByWindows) =>
      windowJoin(left, right, { ...options, window: windowOf(window) } as never),
  },
  intervalJoin: {
    schema: timed.extend({
      kind,
      within: z
        .tuple([time, time])
        .describe('How much earlier and later the right record may be, e.g. ["-5m", "1h"]'),
    }),
    create: intervalJoin as unknown as JoinForm['create'],
  },
  asOfJoin: {
    schema: timed.extend({
      kind: z.enum(['left', 'inner']).optional().describe('Which records come out'),
      tolerance: time.optional().describe('How old the right record may be'),
    }),
    create: asOfJoin as unknown as JoinForm['create'],
  },
};
