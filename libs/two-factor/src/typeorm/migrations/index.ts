import { CreateTwoFactor1764000000000 } from './1764000000000-create-two-factor.js';

/** The library's migrations, for the `migrations` of the host's DataSource, which runs them with its own. */
export const TWO_FACTOR_MIGRATIONS = [CreateTwoFactor1764000000000] as const;
