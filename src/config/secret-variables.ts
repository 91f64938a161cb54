/** The variables that hold secrets: in production each must be given, elsewhere they are made and kept. */
export const SECRET_VARIABLES = ['JWT_ACCESS_SECRET', 'TWO_FACTOR_KEYS', 'TWO_FACTOR_PEPPERS'] as const;
export type SecretVariable = (typeof SECRET_VARIABLES)[number];
