"""Web: the pages, rendered from the answers of the public interface and from nothing else."""
