"""Where a Chinese title may be broken: a small lexicon of village words, matched greedily. Pure.

Titles are short and speak of few things, so a few hundred words decide nearly all of them
rightly; a segmenter with a dictionary of a hundred thousand would cost a Pi more memory than
the rest of the player. What the lexicon does not know may be broken anywhere, at a price.
"""

import re

LEXICON = frozenset(
    """
    白庄村 白庄 翠苑小区 翠苑 东湖小区 东湖 小区 北区 南区 东区 西区 街区 街道 街道办 网格 微网格 网格员
    网格长 楼栋 单元 楼道 门口 村委会 村民 村民委员会 居委会 居民 社区 物业 物业公司 业主 住户 党支部 党员
    党群 服务中心 党群服务中心 服务站 卫生室 卫生院 派出所 村集体 集体 村务 党务 财务 公开 收支 明细 情况 账目
    合作社 股份 分红 补贴 补助 低保 医保 社保 养老 养老金 养老保险 医疗保险 城乡居民 通知 公告 公示 通报 提示
    提醒 预告 倡议书 一封信 温馨提示 紧急通知 重要通知 结果 名单 报告 总结 计划 方案 办法 规定 条例 政策 今天
    明天 后天 今晚 明早 上午 下午 晚上 中午 早上 夜间 白天 周一 周二 周三 周四 周五 周六 周日 星期一 星期二
    星期三 星期四 星期五 星期六 星期日 本周 下周 本月 下月 每月 每周 每天 每日 今年 明年 季度 半年 年度 上半年
    下半年 第一季度 第二季度 第三季度 第四季度 春节 元宵节 清明 清明节 端午 端午节 中秋 中秋节 国庆 国庆节
    重阳 重阳节 元旦 劳动节 儿童节 妇女节 暑期 暑假 寒假 假期 节日 期间 停水 停电 停气 停暖 供水 供电 供气
    供暖 恢复 抢修 检修 维修 更换 改造 施工 管道 管网 阀门 主管 电缆 线路 变压器 水表 电表 燃气 煤气 计划停水
    计划停电 临时停水 临时停电 水费 电费 缴费 收费 物业费 垃圾 分类 垃圾分类 清运 清理 整治 环境 卫生 环境整治
    大扫除 绿化 路灯 电梯 消防 通道 消防通道 消防安全 火灾 防火 防汛 防溺水 防诈骗 反诈 诈骗 电信 网络诈骗
    电信网络诈骗 用电 用气 安全 安全用电 隐患 排查 检查 巡查 巡逻 电动车 电动自行车 自行车 充电 充电桩 飞线
    飞线充电 入户 上楼 楼道堆物 停车 停车位 车辆 占道 乱停 乱放 高空抛物 养犬 文明 文明养犬 暴雨 大风 高温
    低温 雷电 台风 暴雪 寒潮 洪水 预警 红色 橙色 黄色 蓝色 撤离 转移 避险 应急 演练 救援 火情 发生 集合 疫苗
    接种 流感 体检 义诊 健康 免费 免费体检 健康义诊 健康讲座 讲座 量血压 测血压 血压 血糖 测血糖 老人 老年人
    高龄 独居 助餐 食堂 长者 长者食堂 菜单 理发 免费理发 义剪 助老 服务 上门 上门服务 便民 便民服务 志愿
    志愿者 志愿服务 活动 报名 招募 参加 开始 开放 开班 培训 课程 广场舞 电影 放映 露天电影 文艺 演出 比赛
    运动会 亲子 儿童 孩子 学生 入学 幼儿园 小学 夏令营 托管 暑期托管 阅读 图书 书屋 农家书屋 干群 连心会
    干群连心会 问题 诉求 办结 办理 反馈 回复 解决 处理 完成 进展 评议 工作 工作评议 述职 考核 积分 红榜 表彰
    先进 优秀 模范 好人 星级 文明户 家庭 最美 选举 换届 候选人 投票 征求 意见 征集 建议 调查 问卷 登记 申请
    办证 证件 身份证 户口 居住证 社保卡 医保卡 资格 认证 资格认证 年审 征兵 就业 招聘 岗位 技能 创业 贷款 土地
    流转 征地 拆迁 安置 房屋 出租 租赁 宅基地 自建房 农机 秸秆 禁烧 播种 收割 焦作市 焦作 马村区 马村 马村街道
    焦西街道 区 市 县 镇 全体 广大 各位 关于 开展 进行 举办 召开 启动 调整 时间 地点 安排 事项 须知 要求 新增
    更新 启用 安装 使用 注意 请勿 严禁 禁止 切勿 谨防 警惕 不要 可以 需要 已经 我们 大家 优居码 二维码 扫码
    马上办 电话 热线 值班
    """.split()
)
LONGEST = max(len(word) for word in LEXICON)
BOUND_LEFT = frozenset("的了着过吗呢吧们")  # these lean on the word before them
BOUND_RIGHT = frozenset("第每各本该请不未已将被把在从向对为与和及或")  # these lean on the word after them
NUMBERS = re.compile(r"\d+[年月日号时点分楼栋元人户%]*")

FOLLOWERS = frozenset(
    """北区 南区 东区 西区 单元 通知 公告 公示 通报 公开 提示 提醒 名单 结果 情况 期间 工作 活动 事项 办法 方案 红榜 时间 地点
    服务 安排 须知""".split()
)
"""Words that belong to the word before them: 翠苑小区北区 / 计划停水."""

INSIDE_WORD, INSIDE_UNKNOWN, LEANING, FOLLOWING, BETWEEN = 30.0, 6.0, 8.0, 4.0, 1.0


def prices(text: str) -> list[float]:
    """What a line break before each character of `text` costs; the first one's is 0."""
    price = [INSIDE_UNKNOWN] * len(text)
    price[:1] = [0.0]
    edges: dict[int, float] = {}
    at = 0
    while at < len(text):
        length = word_length(text, at)
        if length > 1:
            edges[at] = FOLLOWING if text[at : at + length] in FOLLOWERS else BETWEEN
            edges.setdefault(at + length, BETWEEN)
            price[at + 1 : at + length] = [INSIDE_WORD] * (length - 1)
        at += max(1, length)
    for edge, cost in edges.items():
        if 0 < edge < len(text):
            price[edge] = cost
    for at in range(1, len(text)):
        if (text[at] in BOUND_LEFT or text[at - 1] in BOUND_RIGHT) and price[at] < LEANING:
            price[at] = LEANING
    return price


def word_length(text: str, at: int) -> int:
    """How many characters the longest known word at `at` has; 1 where there is none."""
    if match := NUMBERS.match(text, at):
        return match.end() - at
    for length in range(min(LONGEST, len(text) - at), 1, -1):
        if text[at : at + length] in LEXICON:
            return length
    return 1
