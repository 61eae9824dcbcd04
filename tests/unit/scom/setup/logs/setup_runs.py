"""Logs of setup in the documented shapes (log-shapes 1.6), for tests."""

from __future__ import annotations

GOOD = """\
[09:00:02]:\tAlways:\t:Application Started
[09:00:41]:\tInfo:\t:Info:Creating db path: \\\\sqlx01\\E$\\MSSQL\\DATA
[09:14:20]:\tInfo:\t:Info:FirstManagementServer: Importing Management Pack: Example Library
[09:14:20]:\tAlways:\t:ImportManagementPack: Loading management pack E:\\m\\AMD64\\..\\..\\ManagementPacks\\Example.Library.mpb. 09:14:20
[09:31:55]:\tAlways:\t:Application Ended: Successful
[09:31:55]:\tDebug:\t:Property Bag Values:
[09:31:55]:\tDebug:\t:DASAccountUser = CONTOSO\\das
"""

BAD = """\
[09:00:02]:\tAlways:\t:Application Started
[09:14:21]:\tError:\t:ImportManagementPack: Error: Unable to load management pack E:\\media\\ManagementPacks\\Example.Library.mpb
[09:14:21]:\tError:\t:: Verification failed with 1 errors:
-------------------------------------------------------
Error 1:
Found error in 2|Example.Library|7.9.1.0|Example.Library|| with message:
Version 7.8.0.0 of the management pack is not upgrade compatible with older version 7.9.1.0. Compatibility check failed with 1 errors:

[09:14:21]:\tAlways:\t:FirstManagementServer: Failed to load MP E:\\media\\ManagementPacks\\Example.Library.mpb.  We will retry.
[09:16:02]:\tError:\t:Exception running sql string EXEC dbo.example: Threw Exception.Type: System.Data.SqlClient.SqlException, \
Exception Error Code: 0x80131904, Exception.Message: invented text
[09:16:02]:\tError:\t:StackTrace:   at System.Data.SqlClient.SqlConnection.OnError(SqlException exception, Boolean breakConnection)
   at Microsoft.EnterpriseManagement.OperationsManager.Setup.DBConfigurationHelper.DBConfiguration.RunSqlStrings(String[] sqlCommands)
[09:16:03]:\tError:\t:FATAL ACTION: ExampleAction
[09:18:10]:\tAlways:\t:Application Ended: Failed
"""


def a_log(*lines):
    """A log of records ``"Level text"``, a minute apart, with TABs as SCOM writes them."""
    records = (line.partition(" ") for line in lines)
    return "".join(f"[09:{number % 60:02}:00]:\t{level}:\t:{text}\r\n" for number, (level, _unused, text) in enumerate(records)).encode()
