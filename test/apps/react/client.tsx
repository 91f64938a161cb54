import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { Security } from './security';

const root = document.getElementById('root');
const api = root?.dataset['api'] ?? '';
if (root !== null) {
  hydrateRoot(
    root,
    <StrictMode>
      <Security api={api} />
    </StrictMode>,
  );
}
