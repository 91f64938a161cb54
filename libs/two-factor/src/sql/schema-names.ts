import { createHash } from 'node:crypto';
import { type TablePlace, type TwoFactorTables, quoted, tablesIn } from './tables.js';
import { HAS_ACTOR, IS_OPEN, IS_TRIED, NEEDS_PROOF } from './schema-conditions.js';

/** What has a name of its own beside the tables: these are one space in a schema, so the prefix is in them. */
export interface SchemaNames {
  readonly tables: TwoFactorTables;
  readonly refuseChange: string;
  readonly oneOfASecret: string;
  readonly oneOfAToken: string;
  readonly needsProof: string;
  readonly oneOfACredential: string;
  readonly relyingParties: string;
  readonly dueNotices: string;
  readonly openResets: string;
  readonly actors: string;
}

/** The names of a schema, those of constraints and indexes as TypeORM gives them: its tables and all others are alike. */
export function schemaNames(place: TablePlace): SchemaNames {
  const { prefix = '' } = place;
  const hashed = (text: string): string => createHash('sha1').update(`${prefix}${text}`).digest('hex');
  const tables = tablesIn(place);
  return {
    tables,
    // Beside its table: the same schema and prefix.
    refuseChange: tables.events.replace(/"$/, '_append_only"'),
    oneOfASecret: quoted(`UQ_${hashed('two_factor_secrets_secret_tag_user_id').slice(0, 27)}`),
    oneOfAToken: quoted(`UQ_${hashed('two_factor_challenges_token_hash_user_id').slice(0, 27)}`),
    oneOfACredential: quoted(`UQ_${hashed('two_factor_passkeys_credential_id_user_id').slice(0, 27)}`),
    relyingParties: quoted(`IDX_${hashed('two_factor_passkeys_rp_id').slice(0, 26)}`),
    dueNotices: quoted(`IDX_${hashed(`two_factor_notices_due_at_${IS_TRIED}`).slice(0, 26)}`),
    openResets: quoted(`IDX_${hashed(`two_factor_resets_user_id_${IS_OPEN}`).slice(0, 26)}`),
    actors: quoted(`IDX_${hashed(`two_factor_events_actor_${HAS_ACTOR}`).slice(0, 26)}`),
    needsProof: quoted(`IDX_${hashed(`two_factor_events_id_user_id_${NEEDS_PROOF}`).slice(0, 26)}`),
  };
}
