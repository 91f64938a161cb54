# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS base
WORKDIR /app
# No package's scripts run: argon2, the one native module, ships its binary.
COPY package.json package-lock.json .npmrc ./
COPY libs/embedded-postgres/package.json libs/embedded-postgres/
COPY libs/two-factor/package.json libs/two-factor/
COPY libs/two-factor-elements/package.json libs/two-factor-elements/

FROM base AS build
# Vite's platform parts are optional packages.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig*.json vite.server.config.ts ./
COPY libs libs
COPY src src
COPY web web
RUN npm run build

FROM base AS production-dependencies
# The one kind of optional package at run time is the embedded PostgreSQL, which the image does not need.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --omit=optional --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production
# As `npm start` has it: what Argon2id used is given back (docs/performance.md).
ENV GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1
WORKDIR /app
# Everything belongs to root, so that the process cannot change its own code.
COPY --from=production-dependencies /app ./
COPY --from=build /app/dist dist
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/health/live', { signal: AbortSignal.timeout(2500) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/server/main.js"]
