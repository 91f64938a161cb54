import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A passkey of a user. Its key is public, so that nothing of it is sealed. */
@Entity('two_factor_passkeys')
@Unique(['userId', 'credentialId'])
export class Passkey {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId!: string;

  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** What its authenticator knows it by. Known at another account as well, it is one of its own there. */
  @Column({ name: 'credential_id', type: 'bytea' })
  credentialId!: Buffer;

  /** COSE. */
  @Column({ name: 'public_key', type: 'bytea' })
  publicKey!: Buffer;

  /** The largest that it has told; many never count. A bigint, hence text. */
  @Column({ type: 'bigint' })
  counter!: string;

  /** How browsers can reach it, to be told to them. */
  @Column({ type: 'text', array: true })
  transports!: string[];

  /** Whether it may leave its device. It never changes. */
  @Column({ name: 'backup_eligible', type: 'boolean' })
  backupEligible!: boolean;

  @Column({ name: 'backed_up', type: 'boolean' })
  backedUp!: boolean;

  /** What its authenticator says of its model: a hint. */
  @Column({ type: 'uuid' })
  aaguid!: string;

  /** The domain it is for. The index finds at start whether there is any of another one. */
  @Index()
  @Column({ name: 'rp_id', type: 'text' })
  rpId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;
}
