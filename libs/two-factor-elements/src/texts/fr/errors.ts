import { type SignInTexts, type Texts, allErrors } from '../texts.js';

/** What a sign-in can be answered with. */
export const signInErrors: SignInTexts['errors'] = {
  TWO_FACTOR_CODE_INVALID: 'Ce code n’a pas fonctionné.',
  TWO_FACTOR_PASSKEY_INVALID: 'Cette clé d’accès n’a pas fonctionné. Réessayez.',
  TWO_FACTOR_PASSKEY_NOT_ALLOWED: 'Ce service n’accepte pas les clés d’accès de ce type.',
  TWO_FACTOR_CHALLENGE_INVALID:
    'La connexion a pris trop de temps ou demandé trop de tentatives. Saisissez de nouveau votre mot de passe.',
  TWO_FACTOR_LOCKED: 'Trop de codes incorrects. Attendez un peu avant de réessayer.',
  VALIDATION_FAILED: 'Une partie de votre saisie est incorrecte. Vérifiez-la et réessayez.',
  TWO_FACTOR_SECRET_UNREADABLE:
    'Nous ne pouvons pas vérifier votre application d’authentification pour le moment. Utilisez un code de secours et prévenez notre assistance.',
  TWO_FACTOR_SESSION_FAILED:
    'Votre code était correct, mais la connexion n’a pas abouti. Connectez-vous de nouveau.',
  SERVICE_UNAVAILABLE:
    'Le service n’est pas disponible pour le moment. Rien n’est perdu : réessayez dans un instant.',
  PAYLOAD_TOO_LARGE: 'C’était trop long. Vérifiez votre saisie.',
  UNSUPPORTED_MEDIA_TYPE: 'Le service n’a pas compris la requête. Réessayez plus tard.',
  RATE_LIMITED: 'Trop de requêtes. Attendez un peu.',
  INTERNAL_ERROR: 'Une erreur s’est produite de notre côté. Réessayez dans un instant.',
  PASSKEY_CANCELLED:
    'Aucune clé d’accès n’a été reçue. Vous avez peut-être annulé, cela a peut-être pris trop de temps, ou la clé d’accès n’est pas sur cet appareil. Réessayez, ou choisissez un autre moyen.',
  PASSKEY_UNAVAILABLE:
    'Ce navigateur n’a pas pu utiliser de clé d’accès ici. Essayez un autre navigateur ou un autre appareil.',
  OFFLINE: 'Pas de connexion. Vérifiez votre réseau et réessayez ; rien n’est perdu.',
  UNEXPECTED: 'Nous n’avons pas compris la réponse. Réessayez dans un instant.',
};

export const errors: Texts['errors'] = /* @__PURE__ */ allErrors(signInErrors, {
  NOT_FOUND: 'Le service ne connaît pas cette page. Réessayez plus tard.',
  METHOD_NOT_ALLOWED: 'Le service ne connaît pas cette requête. Réessayez plus tard.',
  TWO_FACTOR_ALREADY_ENABLED: 'La seconde étape est déjà activée. Rechargez la page.',
  TWO_FACTOR_NOT_ENABLED: 'La seconde étape n’est plus activée. Rechargez la page.',
  TWO_FACTOR_SETUP_NOT_PENDING: 'Ce code QR n’est plus valable. Recommencez pour en obtenir un autre.',
  TWO_FACTOR_TOO_MANY_AUTHENTICATORS:
    'Il n’est pas possible d’en ajouter. Supprimez d’abord ce dont vous n’avez plus besoin.',
  TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS:
    'Ce compte a plusieurs applications d’authentification. Choisissez celle à remplacer.',
  TWO_FACTOR_LAST_AUTHENTICATOR: 'C’est le dernier élément. Pour le supprimer, désactivez la seconde étape.',
  TWO_FACTOR_AUTHENTICATOR_UNKNOWN: 'Cet élément n’existe plus. Rechargez la page.',
  TWO_FACTOR_PASSKEY_KNOWN:
    'Votre compte a déjà cette clé d’accès. Choisissez un autre appareil ou une autre clé de sécurité, ou annulez.',
  AUTH_REAUTHENTICATION_REQUIRED:
    'Votre connexion date d’un moment. Saisissez votre mot de passe pour continuer.',
  TWO_FACTOR_REQUIRED: 'L’authentification à deux facteurs est nécessaire. Activez-la d’abord.',
  TWO_FACTOR_FROZEN:
    'Tout a été arrêté par le lien d’un avis : rien ne peut être modifié pendant un jour. Vous pouvez vous connecter comme avant.',
  TWO_FACTOR_ENROLMENT_REQUIRED:
    'Votre organisation demande l’authentification à deux facteurs. Configurez-la d’abord.',
  TWO_FACTOR_REQUIRED_BY_POLICY:
    'Votre organisation le demande. Configurez d’abord un autre moyen, ou adressez-vous à votre administration.',
  TWO_FACTOR_STEP_UP_REQUIRED: 'Confirmez encore une fois votre identité.',
  TWO_FACTOR_RESET_UNKNOWN: 'Cette réinitialisation n’existe plus. Rechargez la page.',
  TWO_FACTOR_RESET_OPEN: 'Une réinitialisation est déjà ouverte pour ce compte.',
  TWO_FACTOR_RESET_CLOSED: 'Elle a été approuvée entre-temps, ou elle est terminée. Rechargez la page.',
  TWO_FACTOR_RESET_OTHER_PERSON:
    'Une autre personne doit le faire : ni le titulaire, ni celle qui l’a demandée.',
  TWO_FACTOR_RESET_CODE_INVALID:
    'Ce code n’a pas fonctionné : il est mal saisi, prématuré ou n’est plus valable.',
  AUTH_ROLE_REQUIRED: 'Votre compte n’y est pas autorisé.',
  AUTH_TOKEN_MISSING: 'Aucune session n’est ouverte.',
  AUTH_TOKEN_INVALID: 'Votre session est terminée. Connectez-vous de nouveau.',
  AUTH_TOKEN_EXPIRED: 'Votre session a expiré. Connectez-vous de nouveau.',
  AUTH_CREDENTIALS_INVALID: 'L’adresse e-mail ou le mot de passe est incorrect.',
  AUTH_EMAIL_TAKEN: 'Un compte existe déjà avec cette adresse e-mail. Connectez-vous plutôt.',
});
