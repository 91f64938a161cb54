import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { TwoFactorHostError } from '../errors/two-factor-host.error.js';

/** @throws TwoFactorHostError when the DataSource does not know these entities of the library's, with the line that is missing */
export function requireEntities(
  dataSource: DataSource,
  entities: readonly EntityTarget<ObjectLiteral>[],
): void {
  if (!entities.every((entity) => dataSource.hasMetadata(entity))) {
    throw new TwoFactorHostError(
      'The DataSource does not know the entities of nestjs-two-factor. Add them to its options: ' +
        'entities: [...yours, ...TWO_FACTOR_ENTITIES]',
    );
  }
}
