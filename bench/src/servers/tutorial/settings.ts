export const JWT_SECRET = 'JWT_SECRET';
