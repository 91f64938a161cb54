import { TwoFactorAccount } from '../account/account.entity.js';
import { TwoFactorAssurance } from '../assurance/assurance.entity.js';
import { TwoFactorChallenge } from '../challenges/challenge.entity.js';
import { TwoFactorEnrolment } from '../enrolment/enrolment.entity.js';
import { TwoFactorEventRecord } from '../events/security-event.entity.js';
import { BackupCode } from '../factors/backup-codes/backup-code.entity.js';
import { TwoFactorCeremony } from '../factors/passkeys/ceremony.entity.js';
import { Passkey } from '../factors/passkeys/passkey.entity.js';
import { UserSecret } from '../factors/totp/user-secret.entity.js';
import { TwoFactorKeyCanary } from '../keys/key-canary.entity.js';
import { TwoFactorNotice } from '../notices/notice.entity.js';
import { TwoFactorPanicToken } from '../notices/panic-token.entity.js';
import { TwoFactorDeadline } from '../policy/deadline.entity.js';
import { TwoFactorRequiredEnrolment } from '../required-enrolment/required-enrolment.entity.js';
import { TwoFactorReset } from '../support/reset.entity.js';
import { TwoFactorTrustedDevice } from '../trusted-devices/trusted-device.entity.js';
import { TwoFactorAttemptRecord } from '../verification/attempt-record.entity.js';

/** The library's tables, for the `entities` of the host's DataSource. */
export const TWO_FACTOR_ENTITIES = [
  TwoFactorAccount,
  TwoFactorEnrolment,
  UserSecret,
  Passkey,
  TwoFactorCeremony,
  BackupCode,
  TwoFactorChallenge,
  TwoFactorAttemptRecord,
  TwoFactorAssurance,
  TwoFactorTrustedDevice,
  TwoFactorDeadline,
  TwoFactorRequiredEnrolment,
  TwoFactorNotice,
  TwoFactorPanicToken,
  TwoFactorReset,
  TwoFactorEventRecord,
  TwoFactorKeyCanary,
] as const;
