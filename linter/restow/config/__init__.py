"""Settings, the Dockerfiles of a folder, and the build context of a Dockerfile."""
