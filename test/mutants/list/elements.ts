import { groupOf } from '../mutant.js';

const SIGN_IN = 'libs/two-factor-elements/src/flows/sign-in.ts';
const SETTINGS = 'libs/two-factor-elements/src/settings/two-factor-settings.ts';
const TROUBLE = 'test/browser/trouble.browser-spec.ts';

/** What the screens do with codes and tokens. */
export const ELEMENTS = groupOf('elements', 'built', [
  {
    id: 'E01',
    what: 'any five characters prove that the codes are saved',
    file: 'libs/two-factor-elements/src/parts/codes.ts',
    search: `codes.some((code) => code.replaceAll('-', '').endsWith(end))`,
    replace: `codes.length > 0`,
    kind: 'quick',
    tests: ['libs/two-factor-elements/test/codes.spec.ts'],
  },
  {
    id: 'E02',
    what: '"Done" is open before the codes are saved',
    file: 'libs/two-factor-elements/src/parts/save-codes.ts',
    search: `return isEndOfOne(this.set.codes, this.#typed);`,
    replace: `return isEndOfOne(this.set.codes, this.#typed) || this.#typed.length < 100;`,
    tests: ['test/browser/hands.browser-spec.ts'],
  },
  {
    id: 'E03',
    what: 'nothing warns when a page is left whose codes are unsaved',
    file: SETTINGS,
    search: `if (this.hasUnsavedCodes) {`,
    replace: `if (this.hasUnsavedCodes && !event.cancelable) {`,
    tests: [TROUBLE],
  },
  {
    id: 'E04',
    what: 'unsaved codes are forgotten by a reload',
    file: 'libs/two-factor-elements/src/settings/settings-flow.ts',
    search: `      markUnsaved(drawnAt);\n`,
    replace: ``,
    tests: [TROUBLE],
  },
  {
    id: 'E05',
    what: 'events that carry tokens bubble through the page',
    file: 'libs/two-factor-elements/src/parts/two-factor-element.ts',
    search: `new CustomEvent(type, { detail })`,
    replace: `new CustomEvent(type, { detail, bubbles: true, composed: true })`,
    tests: ['test/browser/life.browser-spec.ts'],
  },
  {
    id: 'E06',
    what: 'cookies are sent with the calls',
    file: 'libs/two-factor-elements/src/api/call.ts',
    search: `credentials = 'omit'`,
    replace: `credentials = 'include'`,
    tests: ['test/browser/elsewhere.browser-spec.ts'],
  },
  {
    id: 'E07',
    what: 'codes that come with a sign-in are not shown first',
    file: SIGN_IN,
    search: `{ step: 'saving', backupCodes, signedIn }`,
    replace: `{ step: 'signed-in', signedIn }`,
    kind: 'quick',
    tests: ['libs/two-factor-elements/test/sign-in.spec.ts'],
  },
  {
    id: 'E08',
    what: 'the link of a notice stops everything by being followed',
    file: 'web/panic.ts',
    search: `\nshow('asked');`,
    replace: `\nshow('asked');\nvoid stopEverything();`,
    tests: ['test/browser/panic.browser-spec.ts'],
  },
  {
    id: 'E09',
    what: 'an answer to the sign-in of somebody else completes this one',
    file: SIGN_IN,
    search: `return isOwn ? afterAnswer(event.answer) : state;`,
    replace: `return isOwn || state.step === 'answering' ? afterAnswer(event.answer) : state;`,
    kind: 'quick',
    tests: ['libs/two-factor-elements/test/sign-in.spec.ts'],
  },
  {
    id: 'E10',
    what: 'codes are thrown away when the answer that confirmed them was lost',
    file: 'libs/two-factor-elements/src/flows/enrolment.ts',
    search: `return failure.isAnswerLost ? { ...state, isDoubtful: true } : state;`,
    replace: `return state;`,
    kind: 'quick',
    tests: ['libs/two-factor-elements/test/enrolment.spec.ts'],
  },
]);
