"""The paper of a comparison of two extracts."""
