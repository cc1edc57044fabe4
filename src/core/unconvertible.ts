/** What a field or a row becomes when it does not convert. */
export const UNCONVERTIBLE: unique symbol = Symbol('unconvertible');
