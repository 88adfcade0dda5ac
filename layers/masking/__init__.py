"""What readers without the right to exact places are served from: counts released once, small ones left out."""
