import type { ByteOutput } from './byte-output.ts';

/** An output for a compressor that others will follow: its end is not that of the output. */
export function memberOutput(output: ByteOutput): ByteOutput {
  return {
    settle: () => output.settle(),
    append: (bytes) => output.append(bytes),
    publish: async () => {},
    abandon: async () => {},
  };
}
