"""What the suite measures itself by: every figure beside a floor of the same machine and the same minute."""
