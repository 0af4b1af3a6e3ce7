"""What must never be kept: redaction, consent and retention."""
