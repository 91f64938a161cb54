import { base } from './base.js';
import { buttons } from './buttons.js';
import { codes } from './codes.js';
import { fields } from './fields.js';
import { loading } from './loading.js';
import { notices } from './notices.js';
import { preferences } from './preferences.js';

/** The look of all elements. */
export const styles = [base, buttons, fields, codes, notices, loading, preferences];
