import type { EntityMetadata, EntityTarget, MigrationInterface, ObjectLiteral, QueryRunner } from 'typeorm';
import { TwoFactorChallenge } from '../../challenges/challenge.entity.js';
import { TwoFactorEventRecord } from '../../events/security-event.entity.js';
import { Passkey } from '../../factors/passkeys/passkey.entity.js';
import { UserSecret } from '../../factors/totp/user-secret.entity.js';
import { TwoFactorReset } from '../../support/reset.entity.js';
import { HAS_ACTOR, NEEDS_PROOF } from '../../sql/schema-conditions.js';
import { type SchemaNames, schemaNames } from '../../sql/schema-names.js';
import { createSchema, dropSchema } from '../../sql/schema.js';
import { quoted } from '../../sql/tables.js';
import { placeOf } from '../table-place.js';

/** The library's tables. Names follow the schema and prefix of the host's DataSource. */
export class CreateTwoFactor1764000000000 implements MigrationInterface {
  readonly name = 'CreateTwoFactor1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sql of createSchema(namesIn(queryRunner))) {
      await queryRunner.query(sql);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const sql of dropSchema(namesIn(queryRunner))) {
      await queryRunner.query(sql);
    }
  }
}

function namesIn({ manager }: QueryRunner): SchemaNames {
  // A repository leads to the metadata in TypeORM 0.3 as in 1.x; the way from the runner has changed its name.
  const metadataOf = (entity: EntityTarget<ObjectLiteral>): EntityMetadata =>
    manager.getRepository(entity).metadata;
  return {
    ...schemaNames(placeOf(metadataOf)),
    // A naming strategy of the host's may have other names for these.
    oneOfASecret: quoted(String(metadataOf(UserSecret).uniques[0]?.name)),
    oneOfAToken: quoted(String(metadataOf(TwoFactorChallenge).uniques[0]?.name)),
    oneOfACredential: quoted(String(metadataOf(Passkey).uniques[0]?.name)),
    relyingParties: quoted(String(metadataOf(Passkey).indices[0]?.name)),
    openResets: quoted(String(metadataOf(TwoFactorReset).indices[0]?.name)),
    needsProof: quoted(indexOf(metadataOf(TwoFactorEventRecord), NEEDS_PROOF)),
    actors: quoted(indexOf(metadataOf(TwoFactorEventRecord), HAS_ACTOR)),
  };
}

/** Of several of a table, by what it is about. */
function indexOf({ indices }: EntityMetadata, where: string): string {
  return String(indices.find((index) => index.where === where)?.name);
}
