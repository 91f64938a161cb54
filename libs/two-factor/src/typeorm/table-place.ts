import type { EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { TwoFactorAccount } from '../account/account.entity.js';
import type { TablePlace } from '../sql/tables.js';

const ACCOUNTS = 'two_factor_accounts';

/**
 * The schema and prefix of a host's DataSource, as they come out in its metadata.
 *
 * @throws Error when its naming strategy gives the tables other names than those
 */
export function placeOf(metadataOf: (entity: EntityTarget<ObjectLiteral>) => EntityMetadata): TablePlace {
  const { schema, tableName } = metadataOf(TwoFactorAccount);
  if (!tableName.endsWith(ACCOUNTS)) {
    throw new Error(
      `The naming strategy of the DataSource makes ${tableName} of ${ACCOUNTS}: leave that name`,
    );
  }
  return { schema, prefix: tableName.slice(0, -ACCOUNTS.length) };
}
