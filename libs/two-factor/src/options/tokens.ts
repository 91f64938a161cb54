/** The DataSource that holds the library's tables: the host's default one, or the one it names. */
export const TWO_FACTOR_DATA_SOURCE = Symbol('TWO_FACTOR_DATA_SOURCE');

/** The names of the library's tables in it. */
export const TWO_FACTOR_TABLES = Symbol('TWO_FACTOR_TABLES');

/** The validated options, with every default filled in. */
export const TWO_FACTOR_SETTINGS = Symbol('TWO_FACTOR_SETTINGS');

/** The kinds of factors there are. */
export const FACTORS = Symbol('FACTORS');
