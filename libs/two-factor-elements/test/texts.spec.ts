import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SECURITY_EVENT_TYPES } from '../../two-factor/src/events/security-event.js';
import { textsOf } from '../src/texts/all.js';
import { addBeneath, addTexts, changesFor } from '../src/texts/catalogue.js';
import { de, deSignIn } from '../src/texts/de/de.js';
import { en, enSignIn } from '../src/texts/en/en.js';
import { es, esSignIn } from '../src/texts/es/es.js';
import { fr, frSignIn } from '../src/texts/fr/fr.js';
import { signInTextsWith } from '../src/texts/sign-in.js';
import type { SignInTexts, Texts } from '../src/texts/texts.js';

addBeneath('de', de);

/** `group.name`, for each text. */
const namesOf = (texts: SignInTexts | Texts): string[] =>
  Object.entries(texts).flatMap(([group, entries]) =>
    Object.keys(entries as object).map((name) => `${group}.${name}`),
  );

const sentence = (text: unknown): string =>
  String(typeof text === 'function' ? (text as (...parts: unknown[]) => string)('3', 10) : text);

const PARTS = ['⟨1⟩', '⟨2⟩'];

/** `group.name`, for each text that is made of parts, with the parts that it shows. */
const placeholdersOf = (texts: Texts): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([group, entries]) =>
      Object.entries(entries as object)
        .filter(([, text]) => typeof text === 'function')
        .map(([name, text]) => {
          const shown = (text as (...parts: unknown[]) => string)(...PARTS);
          return [`${group}.${name}`, PARTS.filter((part) => shown.includes(part))];
        }),
    ),
  );

const LANGUAGES = { de, es, fr };

describe('the texts', () => {
  it('are the same in every language, and none is empty', () => {
    for (const texts of [en, de, es, fr]) {
      expect(namesOf(texts).toSorted()).toEqual(namesOf(en).toSorted());
      for (const group of Object.values(texts)) {
        const empty = Object.entries(group as object).filter(([, text]) => sentence(text).trim() === '');
        expect(empty).toEqual([]);
      }
    }
  });

  it.each(Object.entries(LANGUAGES))('of "%s" show the same parts as the English ones', (_, texts) => {
    expect(Object.values(placeholdersOf(en)).flat()).toContain('⟨2⟩');
    expect(placeholdersOf(texts)).toEqual(placeholdersOf(en));
  });

  it('have a form for one and a form for several, as the language counts', () => {
    expect([0, 1, 2].map((left) => es.settings.codesLeft(left, 10))).toEqual([
      'Quedan 0 de 10',
      'Queda 1 de 10',
      'Quedan 2 de 10',
    ]);
    // None is singular in French.
    expect([0, 1, 2].map((left) => fr.settings.codesLeft(left, 10))).toEqual([
      '0 restant sur 10',
      '1 restant sur 10',
      '2 restants sur 10',
    ]);
    for (const texts of [en, de, es, fr]) {
      expect(new Set([0, 1, 2].map((left) => texts.settings.codesFew(left))).size).toBe(3);
      expect(texts.challenge.trust(1)).not.toContain('1');
      expect(texts.challenge.trust(30)).toContain('30');
    }
  });

  it('know every type of event in every language', () => {
    expect(Object.keys(en.activity.types)).toEqual(expect.arrayContaining([...SECURITY_EVENT_TYPES]));
    for (const texts of [de, es, fr]) {
      expect(Object.keys(texts.activity.types)).toEqual(Object.keys(en.activity.types));
      expect(Object.keys(texts.activity.methods)).toEqual(Object.keys(en.activity.methods));
    }
  });

  it('say that a used code does not work again', () => {
    expect(en.form.codeRefusedHint).toContain('only once');
    expect(de.form.codeRefusedHint).toContain('nur einmal');
  });

  it('follow the language of a region, and are English for one that nobody wrote', () => {
    expect(textsOf('de-AT')).toEqual(de);
    expect(textsOf('tlh')).toBe(en);
  });

  it('are those of the nearest language: the script first, then the region', () => {
    addTexts('pt-BR', { common: { back: 'Voltar' } });
    addTexts('pt-PT', { common: { back: 'Recuar' } });
    addTexts('zh-Hans', { common: { back: '返回' } });
    addTexts('zh-Hant', { common: { back: '上一步' } });
    addTexts('de-CH', { common: { back: 'Retour' } });
    const backIn = (language: string): string => textsOf(language).common.back;

    expect(['pt-BR', 'pt-PT', 'pt', 'pt-AO'].map(backIn)).toEqual(['Voltar', 'Recuar', 'Voltar', 'Voltar']);
    expect(['zh-CN', 'zh-TW', 'zh-HK', 'zh'].map(backIn)).toEqual(['返回', '上一步', '上一步', '返回']);
    expect(['de-CH', 'de-AT', 'de', 'DE'].map(backIn)).toEqual(['Retour', 'Zurück', 'Zurück', 'Zurück']);
    expect(textsOf('de-CH').common.cancel).toBe('Abbrechen');
    expect(['', 'de_AT', 'not a tag'].map(textsOf)).toEqual([en, en, en]);
  });

  it('of a sign-in are a part of all, and have a sentence for each code that it can be answered with', () => {
    const { paths } = JSON.parse(readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8'));
    const answers = ['verify', 'verify/options'].flatMap((path) =>
      Object.entries<{ description: string }>(paths[`/api/v1/auth/2fa/${path}`].post.responses),
    );
    const codes = answers.flatMap(([status, { description }]) =>
      Number(status) < 400 ? [] : description.split(', '),
    );

    expect(codes).toContain('TWO_FACTOR_LOCKED');
    expect(Object.keys(enSignIn.errors)).toEqual(expect.arrayContaining(codes));
    for (const [part, all] of [
      [enSignIn, en],
      [deSignIn, de],
      [esSignIn, es],
      [frSignIn, fr],
    ] as const) {
      expect(all).toMatchObject(part);
      expect(namesOf(part).toSorted()).toEqual(namesOf(enSignIn).toSorted());
    }
  });

  it('of a sign-in are in the language of the page, once its texts are added', () => {
    addTexts('es', esSignIn);
    addTexts('fr', fr);

    expect(signInTextsWith(changesFor('es-MX'))).toEqual(esSignIn);
    expect(signInTextsWith(changesFor('fr'))).toMatchObject(frSignIn);
    expect(signInTextsWith(changesFor('tlh'))).toBe(enSignIn);
  });

  it('that a page has changed stay so when ours come later, as with an element that it loads when it is needed', () => {
    addTexts('it', { challenge: { submit: 'Entra' } });
    addTexts('it-CH', { challenge: { title: 'Un codice' } });
    addBeneath('it', fr);

    const { challenge, settings } = textsOf('it');
    expect([challenge.submit, challenge.title]).toEqual(['Entra', fr.challenge.title]);
    expect(settings).toEqual(fr.settings);
    expect(textsOf('it-CH')).toMatchObject({
      challenge: { submit: 'Entra', title: 'Un codice' },
      settings: { title: fr.settings.title },
    });
  });

  it('can be replaced, a part at a time, and take other languages', () => {
    addTexts('nl', { challenge: { submit: 'Inloggen' } });

    expect(textsOf('nl-BE').challenge).toEqual({ ...en.challenge, submit: 'Inloggen' });
    expect(textsOf('en')).toBe(en);
  });
});
