import type { SignInTexts, Texts } from '../texts.js';
import { activity } from './activity.js';
import { confirm, enrolment, save, scan, steps } from './enrolment.js';
import { errors, signInErrors } from './errors.js';
import { authenticators, common, done, settings, trustedDevices } from './settings.js';
import { challenge, form, proof, stepUp } from './sign-in.js';

/** For a page with a sign-in and no settings. */
export const deSignIn: SignInTexts = { errors: signInErrors, common, save, form, challenge };

export const de: Texts = {
  errors,
  common,
  settings,
  authenticators,
  done,
  trustedDevices,
  steps,
  scan,
  confirm,
  save,
  proof,
  form,
  challenge,
  enrolment,
  stepUp,
  activity,
};
