"""All commands of the program by their first word, in the order of the help, which loads nothing but this table."""

from collections.abc import Mapping
from typing import NamedTuple

from mediation.language import _


class Listed(NamedTuple):
    """The module of this package that has the command or the group, and what the help says of it in one line."""

    module: str
    about: str


LISTED: Mapping[str, Listed] = {
    "init": Listed("sites", _("建立一个实例：数据目录、密钥、数据库、单位与人员、根证书和印章。")),
    "check": Listed(
        "sites", _("检查全部流程定义、情景、文书模板、通知，以及部署单位的配置；一次列出所有问题。")
    ),
    "diagram": Listed("workflows", _("流程图（Mermaid），按六个阶段分组。")),
    "demo": Listed("demo", _("演示：把部署单位的纠纷从登记办到归档，留下签好的文书。")),
    "render": Listed("papers", _("取出一份文书；还没有的，先出具。缺少内容时逐项说明在哪里填写。")),
    "verify": Listed("papers", _("核验一份文书。只有结论为 valid 时退出码为 0。")),
    "serve": Listed("serving", _("提供网页和接口：/、/health、/ready、/metrics 和 /api/v1。")),
    "worker": Listed(
        "serving",
        _("办理后台任务，直到收到 TERM 或 INT。只用于 PostgreSQL，可以在任意多台机器上各运行任意多个。"),
    ),
    "backup": Listed("backup", _("把整个实例备份成一个文件，办理不用停。密钥文件不在里面，要另处保存。")),
    "restore": Listed(
        "backup", _("从备份恢复到空的文件夹和空的数据库（DATABASE_URL 可以是另一种数据库），然后核对。")
    ),
    "erase": Listed(
        "backup",
        _("删除归档案件的个人信息：一人写明 --reason 提出，另一人 --confirm 确认；办理日志照样可以校验。"),
    ),
    "hand-over": Listed(
        "succession",
        _(
            "离任移交：一个人在办的全部纠纷、待办、约定、承诺和首问责任，一次交给接手人；有一件不行，就一件也不动。"
        ),
    ),
    "simulate": Listed(
        "simulation",
        _("模拟一年：虚构的纠纷由部署单位自己的人在拨快的时钟上办理，数出积压、超期、各级化解和用时。"),
    ),
    "case": Listed("case_commands", _("登记、查看、办理纠纷")),
    "site": Listed("sites", _("部署单位的配置")),
    "supervision": Listed("supervision", _("督办：台账、限期、整改、追责、销号，一周四个一")),
    "workflow": Listed("workflows", _("流程定义")),
    "routing": Listed("routing", _("分流规则")),
    "trust": Listed("papers", _("信任文件：让任何人离线核验文书")),
    "audit": Listed("audit", _("办理日志：校验、总摘要、导出")),
    "notices": Listed("notices", _("通知")),
    "webhooks": Listed("webhooks", _("推送")),
    "deadlines": Listed("operating", _("期限")),
    "database": Listed("operating", _("数据库")),
    "store": Listed("operating", _("文件库")),
    "token": Listed("operating", _("接口令牌")),
    "account": Listed("accounts", _("登录账号")),
    "jobs": Listed("serving", _("后台任务")),
    "duty": Listed("duty", _("值班：入驻单位、坐班轮班、专业人员、请假和代理")),
}
