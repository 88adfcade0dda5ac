"""The certificate of the hotspot statistics: proofs against other programs, published examples and real incidents."""
