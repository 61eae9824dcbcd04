"""DataMiner as the lab plays it: a System of agents and Failover pairs, its packages, and SLTaskbarUtility."""
