/** The adapter of the host's ORM or driver. */
export const DATABASE_ADAPTER = Symbol('DATABASE_ADAPTER');

/** The names of the library's tables in it. */
export const TWO_FACTOR_TABLES = Symbol('TWO_FACTOR_TABLES');

/** The validated options, with every default filled in. */
export const TWO_FACTOR_SETTINGS = Symbol('TWO_FACTOR_SETTINGS');

/** The kinds of factors there are. */
export const FACTORS = Symbol('FACTORS');
