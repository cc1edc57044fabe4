/** The server to measure with: `MILLRACE_BENCH_POSTGRES`, or the one of this machine. */
export const POSTGRES_URL =
  process.env['MILLRACE_BENCH_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test';
