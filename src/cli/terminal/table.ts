export interface Column<R> {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(row: R): string;
}

/** Rows under their titles, the columns two blanks apart, without lines. */
export function table<R>(columns: readonly Column<R>[], rows: readonly R[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((c) => c.cell(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  return cells.map((line) =>
    line
      .map((text, index) =>
        columns[index]!.align === 'left' ? text.padEnd(widths[index]!) : text.padStart(widths[index]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
