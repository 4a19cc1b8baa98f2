"""`GET /v4/status/enginedef`: the definitions of scan engines, of which there are none here."""

import msgspec

NAMES = (
    *("AhnLab", "Antiy", "Avira", "Bitdefender", "ClamAV", "CMC", "Comodo", "CrowdStrike Falcon ML", "Cyren", "ESET"),
    *("Emsisoft", "Filseclab", "HAURI", "Huorong", "IKARUS", "Jiangmin", "K7", "Lionic", "Bkav Pro", "McAfee"),
    *("NANOAV", "Quick Heal", "RocketCyber", "Scrutiny", "Sophos", "SUPERAntiSpyware", "TACHYON", "OnAV"),
    *("Vir.IT eXplorer", "Vir.IT ML", "VirusBlokAda", "Webroot SMD", "Microsoft Defender", "Xvirus Anti-Malware"),
    *("Zillya!", "AVG", "Baidu", "Dr.Web Gateway", "F-secure", "Adaware", "Microsoft Security Essentials", "NETGATE"),
    *("NewSky", "STOPzilla", "Symantec", "Systweak", "Total Defense", "Zoner"),
)
"""The fields that clients insist on. Each is empty: no such engine, no such definition."""
BODY = msgspec.json.encode(dict.fromkeys(NAMES, ""))
