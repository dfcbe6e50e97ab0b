"""npm, yarn, pnpm, bun, and the manifests and lock files that they share."""
