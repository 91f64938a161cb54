import { html, render } from 'lit';
import iconUrl from './icon.svg?url';
import { PAGE_LANGUAGE } from './page-texts.js';

const en = {
  title: 'Was this not you?',
  text: 'This signs everybody out of your account, trusts no device any longer, and stops changes of your second step for a day. You sign in as before.',
  button: 'Stop everything',
  working: 'One moment …',
  done: 'Done. If the link was good, everybody is signed out by now. Sign in and set a new password.',
  failed: 'That did not work. Try again in a moment.',
  signIn: 'Sign in',
};

const de: typeof en = {
  title: 'Waren Sie das nicht?',
  text: 'Dies meldet alle von Ihrem Konto ab, vertraut keinem Gerät mehr und hält Änderungen am zweiten Schritt einen Tag lang auf. Sie melden sich an wie bisher.',
  button: 'Alles anhalten',
  working: 'Einen Moment …',
  done: 'Erledigt. War der Link gültig, sind jetzt alle abgemeldet. Melden Sie sich an und setzen Sie ein neues Passwort.',
  failed: 'Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.',
  signIn: 'Anmelden',
};

const t = PAGE_LANGUAGE === 'de' ? de : en;
document.documentElement.lang = PAGE_LANGUAGE;
document.title = t.title;

const token = location.hash.slice(1);
// It stays in no history.
history.replaceState(undefined, '', location.pathname);
// The link of another notice, followed in this very tab: it begins anew, with its own token.
addEventListener('hashchange', () => location.reload());

type State = 'asked' | 'working' | 'done' | 'failed';

let state: State = 'asked';

/** Only the button does it: mail scanners follow links, and press nothing. */
async function stopEverything(): Promise<void> {
  if (state === 'working') {
    return;
  }
  show('working');
  try {
    const { ok } = await fetch('/api/v1/auth/2fa/panic', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    show(ok ? 'done' : 'failed');
  } catch {
    show('failed');
  }
}

function show(next: State): void {
  const page = document.querySelector<HTMLElement>('.page');
  if (page === null) {
    return;
  }
  state = next;
  const isWorking = state === 'working';
  const button = html`<button
    type="button"
    class="primary"
    aria-disabled=${isWorking}
    @click=${stopEverything}
  >
    ${isWorking ? t.working : t.button}
  </button>`;
  render(
    html`<header>
        <a class="brand" href="/"><img src=${iconUrl} width="28" height="28" alt="" />nestjs-two-factor</a>
      </header>
      <main class="narrow">
        <section class="card">
          <h1 tabindex="-1">${t.title}</h1>
          <p role="status">${state === 'done' ? t.done : state === 'failed' ? t.failed : t.text}</p>
          ${state === 'done' ? html`<p><a href="/">${t.signIn}</a></p>` : button}
        </section>
      </main>`,
    page,
  );
  if (state === 'done') {
    // The button that had the focus is gone.
    page.querySelector('h1')?.focus();
  }
}

show('asked');
