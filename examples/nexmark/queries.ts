import { joinQueries } from './queries/joins.ts';
import { recordQueries } from './queries/records.ts';
import { statisticsQueries } from './queries/statistics.ts';
import { windowQueries } from './queries/windows.ts';
import type { Query } from './query.ts';

/** All queries, by number. */
export const queries: readonly Query[] = [
  ...recordQueries,
  ...joinQueries,
  ...windowQueries,
  ...statisticsQueries,
].toSorted((one, other) => Number(one.name.slice(1)) - Number(other.name.slice(1)));
