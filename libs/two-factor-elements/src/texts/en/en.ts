import type { Texts } from '../texts.js';
import { activity } from './activity.js';
import { confirm, save, scan, steps } from './enrolment.js';
import { errors } from './errors.js';
import { authenticators, common, done, settings } from './settings.js';
import { challenge, form, proof } from './sign-in.js';

export const en: Texts = {
  errors,
  common,
  settings,
  authenticators,
  done,
  steps,
  scan,
  confirm,
  save,
  proof,
  form,
  challenge,
  activity,
};
