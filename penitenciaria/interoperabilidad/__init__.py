"""Las cifras en las formas que otros sistemas ya saben leer: SDMX, Data Package, DCAT y paquetes sellados."""
