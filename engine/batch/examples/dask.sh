#!/bin/sh
# A night on any dask cluster: dask-jobqueue, dask-kubernetes, Coiled, or the one that dask-databricks starts on the nodes
# of a Databricks cluster. Workers must have the same unwind, numpy, numba and Python as this process: the batch asks each
# worker and gives none of another kind a block. On every worker, and here:
#   pip install 'unwind-risk[dask]'
# dask executes what its peers send, and its certificates alone say who they are:
export DASK_DISTRIBUTED__COMM__TLS__CA_FILE=/srv/tls/ca.pem
export DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT=/srv/tls/client.pem DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY=/srv/tls/client.key
# The scheduler's address, tls://host:8786; of a cluster in Python, cluster.scheduler_address.
cd /srv/risk || exit 1
exec unwind batch run nightly.toml --date previous --tz Asia/Tokyo --dask "$SCHEDULER" --log-json
