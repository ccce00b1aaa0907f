"""Cómo está funcionando el portal: para el balanceador, para quien vigila y para quien administra."""
