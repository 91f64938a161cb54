import { expect } from 'vitest';
import type { Visitor } from './visitor.js';

/** Registers and turns it on with nothing but keys, up to the settings. @returns the backup codes */
export async function turnOnByKeyboard(visitor: Visitor): Promise<string[]> {
  const { keyboard } = visitor.page;
  await visitor.press('Create one');
  await visitor.heading('Create your account').waitFor();
  await visitor.type('email', visitor.email);
  await visitor.type('password', visitor.password);
  await keyboard.press('Enter');
  await visitor.button('Turn on').waitFor();
  await visitor.tabTo('Turn on');
  await keyboard.press('Space');
  await visitor.hasFocus('Scan with your authenticator app');
  await visitor.scan();
  const key = await visitor.page.locator('.key code').textContent();
  expect(visitor.phone?.keyUri).toContain(`secret=${key?.replaceAll(/\s/g, '')}`);
  await visitor.press('Next');
  await visitor.hasFocus('code');
  await keyboard.type(visitor.code);
  await visitor.hasFocus('Save your backup codes');
  const codes = await visitor.shownCodes();
  await visitor.type('tail', codes[9]?.slice(-5).toLowerCase() ?? '');
  await keyboard.press('Enter');
  await visitor.says('Two-factor authentication is on.');
  await visitor.hasFocus('Two-factor authentication');
  return codes;
}
