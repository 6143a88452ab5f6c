"""The pages: server-rendered, whole without scripts, with nothing from anywhere else."""
