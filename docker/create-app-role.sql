-- The image of PostgreSQL runs this with psql, once, when it has made its data.
-- The application owns its database and is no superuser: it cannot run programs or read files on the server.
\getenv password POSTGRES_PASSWORD
CREATE ROLE app LOGIN PASSWORD :'password';
CREATE DATABASE app OWNER app;
-- The image gave the same password to the superuser, who now gets in only from inside the container:
-- docker compose exec postgres psql --username postgres
ALTER ROLE postgres PASSWORD NULL;
