/** The DataSource the library works on: the host's default one, or the one it names. */
export const TWO_FACTOR_DATA_SOURCE = Symbol('TWO_FACTOR_DATA_SOURCE');

/** The validated options, with every default filled in. */
export const TWO_FACTOR_SETTINGS = Symbol('TWO_FACTOR_SETTINGS');
