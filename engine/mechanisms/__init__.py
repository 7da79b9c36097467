"""What moves markets beside a diffusion: parameters, declared once."""
