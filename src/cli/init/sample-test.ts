/** A test of the pipeline in YAML that reads the sample. */
export const SAMPLE_TEST = `# millrace test
version: 1
pipeline: ./pipeline.yaml

tests:
  paid orders are kept, with their totals:
    inputs:
      csv:
        - { id: 1, customer: ada, status: paid, qty: 2, price: 4.5, at: 2026-01-02 }
        - { id: 2, customer: grace, status: open, qty: 1, price: 9, at: 2026-01-02 }
    expect:
      outputs:
        out:
          - { id: 1, customer: ada, status: paid, qty: 2, price: 4.5, at: 2026-01-02, total: 9 }
      balance: { read: 2, written: 1, filtered: 1 }

  an order without a price is put aside:
    inputs:
      csv:
        - { id: 3, customer: ada, status: paid, qty: 2, price: null, at: 2026-01-02 }
    expect:
      outputs: { out: [] }
      deadLetters:
        rejects:
          - { node: validate, error: { code: ERR_VALIDATION, message: price } }
`;
